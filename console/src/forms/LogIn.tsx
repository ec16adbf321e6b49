import { Box, Button } from '@mui/material';
import { useMutation } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { placeProblem } from '@/api/placeProblem';
import { logIn } from '@/api/sessionCalls';
import { ProblemAlert } from '@/components/ProblemAlert';
import { TextInput } from '@/components/TextInput';

/** Opens a browser session; its secret is in a cookie that scripts cannot read. */
export function LogIn({ onDone }: { onDone: () => void }) {
  const form = useForm({ defaultValues: { email: '', password: '' } });
  const opening = useMutation({ mutationFn: logIn, onSuccess: onDone, onError: (error) => placeProblem(error, form) });
  const submit = form.handleSubmit((body) => opening.mutate(body));
  return (
    <Box component="form" noValidate onSubmit={submit} sx={{ display: 'grid', gap: 2 }}>
      <ProblemAlert error={opening.error} faults={[]} />
      <TextInput
        control={form.control}
        name="email"
        label="E-mail"
        type="email"
        autoComplete="username"
        autoFocus
        rules={{ required: 'Enter your e-mail address' }}
      />
      <TextInput
        control={form.control}
        name="password"
        label="Password"
        type="password"
        autoComplete="current-password"
        rules={{ required: 'Enter your password' }}
      />
      <Button
        type="submit"
        variant="contained"
        color="primary"
        size="medium"
        loading={opening.isPending}
        sx={{ mt: 0.5 }}
      >
        Log in
      </Button>
    </Box>
  );
}
