import { Link, Typography } from '@mui/material';
import { useQueryClient } from '@tanstack/react-query';
import { Link as RouterLink, useNavigate, useSearchParams } from 'react-router';
import { nextPath } from '@/api/session';
import { AuthFrame } from '@/components/AuthFrame';
import { SignUp } from '@/forms/SignUp';

export default function SignUpPage() {
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const enter = () => {
    queryClient.clear();
    void navigate(nextPath(search), { replace: true });
  };
  return (
    <AuthFrame
      title="Create your workspace"
      hint="Five prompts and two pipelines are ready to try; no model provider is needed."
    >
      <SignUp onDone={enter} />
      <Typography variant="body2" color="textSecondary" sx={{ mt: 3 }}>
        Have an account?{' '}
        <Link component={RouterLink} to={{ pathname: '/log-in', search: search.toString() }}>
          Log in
        </Link>
      </Typography>
    </AuthFrame>
  );
}
