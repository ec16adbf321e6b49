import { Box } from '@mui/material';
import { Lock, Snowflake } from 'lucide-react';
import type { LabelProtection } from '@/api/generated';

/** Whom a minimum role lets pass. */
export const MOVERS = {
  editor: 'Editors, admins and owners',
  admin: 'Admins and owners',
  owner: 'Owners only',
} as const;

/** What protects a label, in a sentence. */
export function protectionText({
  is_frozen,
  freeze_reason,
  minimum_role,
  is_reason_required,
}: LabelProtection): string {
  if (is_frozen) return `Frozen: ${freeze_reason}`;
  const reason = is_reason_required ? ', with a reason' : '';
  return `Protected: moved by ${MOVERS[minimum_role].toLowerCase()}${reason}`;
}

/** The sign that a policy covers a label; nothing where none does. */
export function LabelLock({
  protection,
  size = 13,
}: {
  protection: LabelProtection | null | undefined;
  size?: number;
}) {
  if (!protection) return null;
  const text = protectionText(protection);
  const Icon = protection.is_frozen ? Snowflake : Lock;
  return (
    <Box
      component="span"
      role="img"
      aria-label={text}
      title={text}
      sx={{ display: 'inline-flex', color: 'warning.main' }}
    >
      <Icon size={size} aria-hidden />
    </Box>
  );
}
