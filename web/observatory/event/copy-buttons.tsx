/** The event as text, into the clipboard. */
import type { BusEvent } from '../../../common/pages/operator.js';
import { useServices } from '../../app/services.js';
import { Button } from '../../components/button.js';
import { asCurl, asJson, asLua } from './copies.js';

export function CopyButtons({ event }: { event: BusEvent }) {
  const { toasts } = useServices();
  const copy = (name: string, text: string) => {
    copied(text).then(
      () => toasts.show(`Copied as ${name}.`),
      () => toasts.show('The browser does not allow copying here.'),
    );
  };
  return (
    <>
      <Button small onPress={() => copy('JSON', asJson(event))}>
        Copy JSON
      </Button>
      <Button small onPress={() => copy('Lua', asLua(event))}>
        Copy Lua
      </Button>
      <Button small onPress={() => copy('curl', asCurl(event, window.location.origin))}>
        Copy curl
      </Button>
    </>
  );
}

/** The clipboard exists on https and localhost only; elsewhere asking for it throws, which is a refusal too. */
async function copied(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
}
