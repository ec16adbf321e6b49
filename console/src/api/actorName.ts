import { useQuery } from '@tanstack/react-query';
import { listMembersOptions } from '@/api/generated/@tanstack/react-query.gen';
import { useSession } from '@/api/session';

const ID_END = 6;

/** How to name who did something: "You", a member's name, "API key …4x8k2p", or the platform. */
export function useActorName(): (actorId: string) => string {
  const { user, can } = useSession();
  const members = useQuery({
    ...listMembersOptions({ query: { page_size: 200 } }),
    enabled: can('members.read'),
    staleTime: 60_000,
  });
  const names = new Map(members.data?.items.map((member) => [member.user.id, member.user.display_name]));
  return (actorId) => {
    if (actorId === '') return 'PromptPilot';
    if (actorId === user?.id) return 'You';
    const end = actorId.slice(-ID_END);
    return names.get(actorId) ?? (actorId.startsWith('key_') ? `API key …${end}` : `User …${end}`);
  };
}
