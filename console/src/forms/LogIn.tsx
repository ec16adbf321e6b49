import { Box, Button } from '@mui/material';
import { useMutation } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { logInMutation } from '@/api/generated/@tanstack/react-query.gen';
import { placeProblem } from '@/api/placeProblem';
import { ProblemAlert } from '@/components/ProblemAlert';
import { TextInput } from '@/components/TextInput';

/** Opens a browser session; its secret is in a cookie that scripts cannot read. */
export function LogIn({ onDone }: { onDone: () => void }) {
  const form = useForm({ defaultValues: { email: '', password: '' } });
  const logIn = useMutation({ ...logInMutation(), onSuccess: onDone, onError: (error) => placeProblem(error, form) });
  const submit = form.handleSubmit((body) => logIn.mutate({ body }));
  return (
    <Box component="form" noValidate onSubmit={submit} sx={{ display: 'grid', gap: 2 }}>
      <ProblemAlert error={logIn.error} faults={[]} />
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
        loading={logIn.isPending}
        sx={{ mt: 0.5 }}
      >
        Log in
      </Button>
    </Box>
  );
}
