/** What a name and a password have to be like, said before they are sent. The service has the last word. */
import * as z from 'zod/mini';
import type { Credentials, Mistakes } from './use-submit.js';

// Compiling a check at run time is what the content security policy forbids.
z.config({ jitless: true });

const REGISTRATION = z.object({
  username: z
    .string()
    .check(
      z.minLength(1, 'Choose a name.'),
      z.maxLength(64, 'A name has at most 64 characters.'),
      z.regex(/^[A-Za-z0-9._-]*$/, 'Use letters, digits, dot, dash and underscore only.'),
    ),
  password: z
    .string()
    .check(
      z.minLength(8, 'Use at least 8 characters.'),
      z.maxLength(1024, 'A password has at most 1,024 characters.'),
    ),
});

/** The first mistake of each field; nothing if there is none. */
export function registrationMistakes(values: Credentials): Mistakes {
  const checked = REGISTRATION.safeParse(values);
  if (checked.success) return {};
  const { username, password } = z.flattenError(checked.error).fieldErrors;
  return { ...(username?.[0] && { username: username[0] }), ...(password?.[0] && { password: password[0] }) };
}
