import { Box, Typography } from '@mui/material';
import {
  Activity,
  BarChart3,
  FileText,
  House,
  KeyRound,
  Lock,
  Plug,
  Table2,
  Workflow,
  type LucideIcon,
} from 'lucide-react';
import { NavLink } from 'react-router';
import { useSession, type Permission } from '@/api/session';
import { AccountMenu } from '@/components/AccountMenu';
import { Brand } from '@/components/Brand';

interface Place {
  to: string;
  label: string;
  icon: LucideIcon;
  needs?: Permission;
}

const WORK: readonly Place[] = [
  { to: '/', label: 'Home', icon: House },
  { to: '/prompts', label: 'Prompts', icon: FileText, needs: 'prompts.read' },
  { to: '/datasets', label: 'Datasets', icon: Table2, needs: 'datasets.read' },
  { to: '/pipelines', label: 'Pipelines', icon: Workflow, needs: 'pipelines.read' },
  { to: '/runs', label: 'Runs', icon: Activity, needs: 'runs.read' },
];

const SETTINGS: readonly Place[] = [
  { to: '/usage', label: 'Usage', icon: BarChart3, needs: 'billing.read' },
  { to: '/providers', label: 'Providers', icon: Plug, needs: 'providers.read' },
  { to: '/label-policies', label: 'Label policies', icon: Lock, needs: 'prompts.read' },
  { to: '/api-keys', label: 'API keys', icon: KeyRound, needs: 'api_keys.read' },
];

/** Navigation; places that the role may not see are not offered. */
export function Sidebar() {
  const { tenant, can } = useSession();
  return (
    <Box sx={{ display: 'flex', flexDirection: 'column', height: 1, bgcolor: 'subtle' }}>
      <Box sx={{ px: 2, pt: 2, pb: 1.25 }}>
        <Brand />
        <Typography variant="body2" color="textSecondary" noWrap sx={{ mt: 0.75 }} title={tenant.name}>
          {tenant.name}
        </Typography>
      </Box>
      <Box component="nav" aria-label="Main" sx={{ flex: 1, overflowY: 'auto', px: 1 }}>
        <Places places={WORK} />
        {SETTINGS.some(({ needs }) => needs && can(needs)) && (
          <Typography
            variant="caption"
            color="textSecondary"
            sx={{ display: 'block', px: 1.25, pt: 2, pb: 0.5, fontWeight: 500 }}
          >
            Workspace
          </Typography>
        )}
        <Places places={SETTINGS} />
      </Box>
      <AccountMenu />
    </Box>
  );
}

function Places({ places }: { places: readonly Place[] }) {
  const { can } = useSession();
  return (
    <Box component="ul" sx={{ listStyle: 'none', m: 0, p: 0, display: 'grid', gap: '1px' }}>
      {places
        .filter((place) => place.needs === undefined || can(place.needs))
        .map(({ to, label, icon: Icon }) => (
          <li key={to}>
            <Box
              component={NavLink}
              to={to}
              end={to === '/'}
              sx={{
                display: 'flex',
                alignItems: 'center',
                gap: 1.25,
                px: 1.25,
                py: { xs: 1.1, md: 0.65 },
                borderRadius: 1,
                fontSize: 13.5,
                fontWeight: 500,
                textDecoration: 'none',
                color: 'text.secondary',
                '&:hover': { color: 'text.primary', bgcolor: 'action.hover' },
                '&.active': {
                  color: 'text.primary',
                  bgcolor: 'background.paper',
                  boxShadow: '0 0 0 1px var(--mui-palette-divider)',
                },
                '&.active svg': { color: 'primary.main' },
              }}
            >
              <Icon size={16} strokeWidth={1.8} aria-hidden />
              {label}
            </Box>
          </li>
        ))}
    </Box>
  );
}
