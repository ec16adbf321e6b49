import { Button } from '@mui/material';
import { Compass } from 'lucide-react';
import { Link } from 'react-router';
import { EmptyState } from '@/components/EmptyState';

export default function NotFound() {
  return (
    <EmptyState
      icon={Compass}
      title="There is no such page"
      action={
        <Button component={Link} to="/">
          Go home
        </Button>
      }
    >
      The address may be mistyped, or what it showed was removed.
    </EmptyState>
  );
}
