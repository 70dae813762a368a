const LOOK_MS = 5;
const GIVE_UP_MS = 20_000;

/** Asks again and again until the answer is neither false nor undefined, and returns it. */
export async function until<T>(
  ask: () => T | false | undefined | Promise<T | false | undefined>,
  giveUpMs = GIVE_UP_MS,
): Promise<T> {
  const deadline = performance.now() + giveUpMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadline) throw new Error(`Not so within ${giveUpMs / 1000} s: ${ask}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
