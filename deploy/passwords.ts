/** Passwords that the launcher makes for users whose names it gives away. */
import { randomInt } from 'node:crypto';

/** without what is easily taken for something else */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const LENGTH = 12;

export function freshPassword(): string {
  return Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');
}
