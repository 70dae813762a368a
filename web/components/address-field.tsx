/**
 * A field whose text stands in the address. A navigation has its end after the key press, and a field that shows the address's text only
 * would be put back in between: the caret would go to the end, and a date that is half typed away. So what is typed stands in the
 * field at once, until the address has it; from then on the address's text is shown, whoever changes it.
 */
import { useRef, useState } from 'react';
import { Field, type FieldProps } from './field.js';

interface AddressFieldProps extends Omit<FieldProps, 'onChange' | 'onBlur'> {
  /**
   * Navigates to what is typed; resolves when `value` is that. Undefined for a text that no address takes, such as a year of two digits:
   * it stands until the field is left.
   */
  navigate: (text: string) => Promise<void> | undefined;
}

export function AddressField({ value, navigate, ...field }: AddressFieldProps) {
  const [typed, setTyped] = useState<string>();
  const underWay = useRef<Promise<void>>(undefined);
  const type = (text: string) => {
    setTyped(text);
    const navigation = navigate(text);
    underWay.current = navigation;
    void navigation?.finally(() => {
      if (underWay.current !== navigation) return;
      underWay.current = undefined;
      setTyped(undefined);
    });
  };
  const leave = () => {
    if (underWay.current === undefined) setTyped(undefined);
  };
  return <Field {...field} value={typed ?? value} onChange={type} onBlur={leave} />;
}
