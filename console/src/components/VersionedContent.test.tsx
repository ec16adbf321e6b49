import { QueryClientProvider, useInfiniteQuery } from '@tanstack/react-query';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { expect, it } from 'vitest';
import { createQueryClient } from '@/api/queryClient';
import { VersionedContent } from '@/components/VersionedContent';

const items = [2, 1].map((number) => ({ number, note: `note ${number}`, create_time: '2026-11-23T12:00:00Z' }));

function Sample({ canLabel }: { canLabel: boolean }) {
  const query = useInfiniteQuery({
    queryKey: ['versions'],
    queryFn: () => Promise.resolve({ items }),
    initialPageParam: '',
    getNextPageParam: () => undefined,
  });
  const [chosen, choose] = useState(2);
  const [view, setView] = useState('content');
  return (
    <VersionedContent
      query={query}
      labels={[{ label: 'staging', version: 1 }]}
      chosen={chosen}
      onChoose={choose}
      views={[
        { value: 'content', label: 'Content' },
        { value: 'changes', label: 'Changes' },
      ]}
      view={view}
      onView={setView}
      labelForms={
        canLabel
          ? {
              set: ({ label, version }, onClose) => (
                <button onClick={onClose}>{`set ${label || 'a new label'} at ${version}`}</button>
              ),
              remove: (label, onClose) => <button onClick={onClose}>{`remove ${label}`}</button>,
            }
          : undefined
      }
    >
      <p>{`${view} of ${chosen}`}</p>
    </VersionedContent>
  );
}

async function show(canLabel: boolean) {
  render(
    <QueryClientProvider client={createQueryClient()}>
      <Sample canLabel={canLabel} />
    </QueryClientProvider>,
  );
  await screen.findByText('note 1');
  return userEvent.setup();
}

it('shows the chosen view of the chosen version', async () => {
  const user = await show(false);
  expect(screen.getByText('content of 2')).toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: /Version 1/ }));
  await user.click(screen.getByRole('tab', { name: 'Changes' }));
  expect(screen.getByText('changes of 1')).toBeInTheDocument();
});

it.each([
  ['Label', 'set a new label at 2'],
  ['Move staging', 'set staging at 1'],
  ['Remove staging', 'remove staging'],
])('opens the dialog of "%s", which can close itself', async (button, dialog) => {
  const user = await show(true);
  await user.click(screen.getByRole('button', { name: button }));
  await user.click(screen.getByRole('button', { name: dialog }));
  expect(screen.queryByRole('button', { name: dialog })).not.toBeInTheDocument();
});

it('offers no label to move where the role may not', async () => {
  await show(false);
  expect(screen.getByText('staging')).toBeInTheDocument();
  expect(screen.queryByRole('button', { name: /Label|Move|Remove/ })).not.toBeInTheDocument();
});
