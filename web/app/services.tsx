/** What every page may use, made once in main.tsx and handed down; nothing of it is global. */
import { createContext, type ReactNode, useContext } from 'react';
import type { ApiClient } from '../api/client.js';
import type { LiveConnection } from '../live/connection.js';
import { useStore } from '../platform/use-store.js';
import type { Session } from '../session/session.js';
import type { Toasts } from './toasts.js';

export interface Services {
  session: Session;
  api: ApiClient;
  live: LiveConnection;
  toasts: Toasts;
}

const Context = createContext<Services | undefined>(undefined);

export function ServicesProvider({ services, children }: { services: Services; children: ReactNode }) {
  return <Context value={services}>{children}</Context>;
}

export function useServices(): Services {
  const services = useContext(Context);
  if (!services) throw new Error('a page is rendered outside of ServicesProvider');
  return services;
}

export function useSession() {
  return useStore(useServices().session);
}

export function useLiveStatus() {
  return useStore(useServices().live);
}
