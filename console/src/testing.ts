import '@testing-library/jest-dom/vitest';
import { cleanup } from '@testing-library/react';
import { afterEach } from 'vitest';
import { client } from '@/api/generated/client.gen';

// Node's Request takes no paths, as a browser's does.
client.setConfig({ baseUrl: 'http://console.test' });

afterEach(cleanup);

// jsdom lays nothing out, so it has nothing to scroll.
Element.prototype.scrollIntoView = () => undefined;
