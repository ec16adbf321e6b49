import { Box } from '@mui/material';
import { Panel } from '@/components/Panel';
import { stateColour } from '@/components/StateChip';
import { toText } from '@/forms/promptValues';
import { isObject } from '@/util/definition';
import type { RunEvent } from '@/util/runEvents';
import { formatAbsolute, formatDuration } from '@/util/time';

/** All events of the run in order, with the time since it was accepted. */
export function RunTimeline({ events, start }: { events: readonly RunEvent[]; start: string }) {
  return (
    <Panel isFlush>
      <Box component="ol" sx={{ listStyle: 'none', m: 0, p: 1 }}>
        {events.map((event) => (
          <Box
            key={event.sequence}
            component="li"
            sx={{
              display: 'grid',
              gridTemplateColumns: { xs: '28px 74px 1fr', sm: '36px 92px 200px 1fr' },
              gap: 1,
              px: 1,
              py: 0.6,
              fontSize: 13,
              alignItems: 'baseline',
            }}
          >
            <Box component="span" className="tabular" sx={{ color: 'text.secondary', textAlign: 'right' }}>
              {event.sequence}
            </Box>
            <Box
              component="time"
              dateTime={event.create_time}
              title={formatAbsolute(event.create_time)}
              className="tabular"
              sx={{ color: 'text.secondary' }}
            >
              +{formatDuration(Date.parse(event.create_time) - Date.parse(start))}
            </Box>
            <Box component="span" sx={{ fontWeight: 500, color: stateColour(event.type.split('.')[1] ?? '') }}>
              {event.type}
            </Box>
            <Box component="span" sx={{ overflowWrap: 'anywhere', gridColumn: { xs: '3', sm: 'auto' } }}>
              {event.step_id && <code>{event.step_id}</code>} {event.attempt > 1 && `attempt ${event.attempt} `}
              <Box component="span" sx={{ color: 'text.secondary' }}>
                {describe(event)}
              </Box>
            </Box>
          </Box>
        ))}
      </Box>
    </Panel>
  );
}

/** What of an event's data a reader of the timeline wants to know. */
function describe({ data }: RunEvent): string {
  if (!isObject(data)) return '';
  const { error, usage, retry_at: retryAt, model, worker, epoch } = data;
  const parts = [
    isObject(error) && typeof error.message === 'string' ? error.message : '',
    typeof model === 'string' ? model : '',
    isObject(usage) ? `${toText(usage.input_tokens)} in, ${toText(usage.output_tokens)} out` : '',
    typeof retryAt === 'string' ? `again at ${new Date(retryAt).toLocaleTimeString()}` : '',
    typeof worker === 'string' ? `by ${worker}` : '',
    typeof epoch === 'number' && epoch > 1 ? `epoch ${epoch}` : '',
  ];
  return parts.filter((part) => part !== '').join(' · ');
}
