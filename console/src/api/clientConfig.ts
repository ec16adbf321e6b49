import type { CreateClientConfig } from '@/api/generated/client.gen';

/** The console is served by the gateway it talks to, so addresses are paths. A file of its own: the generated client imports it. */
export const createClientConfig: CreateClientConfig = (config) => ({ ...config, baseUrl: '' });
