import { Link, Typography } from '@mui/material';
import { useQueryClient } from '@tanstack/react-query';
import { Link as RouterLink, useNavigate, useSearchParams } from 'react-router';
import { nextPath } from '@/api/session';
import { AuthFrame } from '@/components/AuthFrame';
import { LogIn } from '@/forms/LogIn';

export default function LogInPage() {
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const enter = () => {
    queryClient.clear(); // whatever another user left
    void navigate(nextPath(search), { replace: true });
  };
  return (
    <AuthFrame title="Log in" hint="Your prompts, pipelines and runs are behind this door.">
      <LogIn onDone={enter} />
      <Typography variant="body2" color="textSecondary" sx={{ mt: 3 }}>
        No account yet?{' '}
        <Link component={RouterLink} to={{ pathname: '/sign-up', search: search.toString() }}>
          Sign up
        </Link>
      </Typography>
    </AuthFrame>
  );
}
