import { Box, Link, Typography } from '@mui/material';
import { ChevronRight } from 'lucide-react';
import { Fragment, useEffect, type ReactNode } from 'react';
import { Link as RouterLink } from 'react-router';

interface Props {
  title: string;
  /** Beside the title: states, labels. */
  badge?: ReactNode;
  description?: ReactNode;
  /** Pages above this one. */
  trail?: readonly { label: string; to: string }[];
  actions?: ReactNode;
}

/** Title of a page, of its browser tab, and its main actions. */
export function PageHeader({ title, badge, description, trail = [], actions }: Props) {
  useEffect(() => {
    document.title = `${title} · PromptPilot`;
  }, [title]);
  return (
    <Box component="header" sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'flex-end', gap: 2, mb: 2.5 }}>
      <Box sx={{ flex: '1 1 280px', minWidth: 0 }}>
        {trail.length > 0 && (
          <Box
            component="nav"
            aria-label="Breadcrumb"
            sx={{ display: 'flex', alignItems: 'center', gap: 0.5, mb: 0.5, color: 'text.secondary' }}
          >
            {trail.map((page, index) => (
              <Fragment key={page.to}>
                {index > 0 && <ChevronRight size={13} aria-hidden />}
                <Link component={RouterLink} to={page.to} variant="body2" color="inherit" underline="hover">
                  {page.label}
                </Link>
              </Fragment>
            ))}
          </Box>
        )}
        <Box sx={{ display: 'flex', alignItems: 'center', gap: 1.25, flexWrap: 'wrap' }}>
          <Typography variant="h1" sx={{ overflowWrap: 'anywhere' }}>
            {title}
          </Typography>
          {badge}
        </Box>
        {description && (
          <Typography color="textSecondary" sx={{ mt: 0.25, maxWidth: 720 }}>
            {description}
          </Typography>
        )}
      </Box>
      {actions && <Box sx={{ display: 'flex', gap: 1, flexWrap: 'wrap' }}>{actions}</Box>}
    </Box>
  );
}
