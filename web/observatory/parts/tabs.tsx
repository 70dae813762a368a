/** Ways to look at the same thing; the chosen one is part of the address. */
import { Link, type LinkProps } from '@tanstack/react-router';
import styles from './parts.module.css';

interface TabsProps {
  label: string;
  tabs: readonly { name: string; label: string; link: LinkProps }[];
  chosen: string;
}

export function Tabs({ label, tabs, chosen }: TabsProps) {
  return (
    <nav className={styles.tabs} aria-label={label}>
      {tabs.map(({ name, label: text, link }) => (
        <Link
          key={name}
          {...link}
          replace
          resetScroll={false}
          className={styles.tab}
          activeProps={{}}
          aria-current={name === chosen ? 'true' : undefined}
        >
          {text}
        </Link>
      ))}
    </nav>
  );
}
