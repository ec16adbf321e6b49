import { Box, Button } from '@mui/material';
import { useMutation } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { useIdempotencyKey } from '@/api/idempotency';
import { signUpMutation } from '@/api/generated/@tanstack/react-query.gen';
import { placeProblem } from '@/api/placeProblem';
import { asProblem } from '@/api/problem';
import { ProblemAlert } from '@/components/ProblemAlert';
import { TextInput } from '@/components/TextInput';

const SHORTEST_PASSWORD = 10;

/** Makes a user and their workspace, and logs them in. */
export function SignUp({ onDone }: { onDone: () => void }) {
  const form = useForm({ defaultValues: { display_name: '', tenant_name: '', email: '', password: '' } });
  const idempotent = useIdempotencyKey();
  const signUp = useMutation({
    ...signUpMutation(),
    onSuccess: onDone,
    onError: (error) => {
      placeProblem(error, form);
      if (asProblem(error).reason === 'EMAIL_TAKEN') {
        form.setError('email', { message: 'This address has an account already: log in instead' });
      }
    },
  });
  const submit = form.handleSubmit((body) => signUp.mutate({ body, headers: idempotent(body) }));
  const required = (what: string) => ({ required: `Enter ${what}` });
  return (
    <Box component="form" noValidate onSubmit={submit} sx={{ display: 'grid', gap: 2 }}>
      <ProblemAlert error={signUp.error} faults={[]} />
      <TextInput
        control={form.control}
        name="display_name"
        label="Your name"
        autoComplete="name"
        autoFocus
        rules={required('your name')}
      />
      <TextInput
        control={form.control}
        name="tenant_name"
        label="Workspace"
        autoComplete="organization"
        helperText="Your company or team: prompts, runs and keys live in it."
        rules={required('a name for the workspace')}
      />
      <TextInput
        control={form.control}
        name="email"
        label="E-mail"
        type="email"
        autoComplete="username"
        rules={required('your e-mail address')}
      />
      <TextInput
        control={form.control}
        name="password"
        label="Password"
        type="password"
        autoComplete="new-password"
        helperText={`At least ${SHORTEST_PASSWORD} characters.`}
        rules={{
          ...required('a password'),
          minLength: { value: SHORTEST_PASSWORD, message: `At least ${SHORTEST_PASSWORD} characters` },
        }}
      />
      <Button
        type="submit"
        variant="contained"
        color="primary"
        size="medium"
        loading={signUp.isPending}
        sx={{ mt: 0.5 }}
      >
        Create the workspace
      </Button>
    </Box>
  );
}
