import { afterEach, expect, test } from 'vitest';
import { PortInUseError, createMetrics, startAdmin } from '../src/index.ts';
import type { Admin, ProcessReadiness } from '../src/index.ts';

const running: Admin[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((admin) => admin.stop()));
});

async function start(
  ready: () => Promise<ProcessReadiness>,
  port = 0,
): Promise<{ port: number; get: (path: string) => Promise<Response> }> {
  const admin = await startAdmin({ host: '127.0.0.1', port, ready, metrics: createMetrics() });
  running.push(admin);
  return { port: admin.port, get: (path) => fetch(`http://127.0.0.1:${admin.port}${path}`) };
}

const allReady = (): Promise<ProcessReadiness> =>
  Promise.resolve({ ready: true, services: { cache: { ready: true } } });

test('a live process answers /livez whatever its services say', async () => {
  const { get } = await start(() => Promise.reject(new Error('down')));

  expect((await get('/livez')).status).toBe(200);
});

test('/readyz is 200 with every service when all are ready', async () => {
  const { get } = await start(allReady);

  const response = await get('/readyz?verbose');

  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ ready: true, services: { cache: { ready: true } } });
});

test('/readyz is 503 and says what is missing', async () => {
  const { get } = await start(() =>
    Promise.resolve({ ready: false, services: { cache: { ready: false, detail: 'no connection to NATS' } } }),
  );

  const response = await get('/readyz');

  expect(response.status).toBe(503);
  expect(await response.text()).toContain('no connection to NATS');
});

test('/readyz is 503 when the question itself fails', async () => {
  const { get } = await start(() => Promise.reject(new Error('store is closed')));

  const response = await get('/readyz');

  expect(response.status).toBe(503);
  expect(await response.text()).toContain('store is closed');
});

test('/metrics is Prometheus text', async () => {
  const { get } = await start(allReady);

  const response = await get('/metrics');

  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(await response.text()).toContain('reelmesh_build_info');
});

test('other paths are 404 and other methods 405', async () => {
  const { get, port } = await start(allReady);

  expect((await get('/')).status).toBe(404);
  expect((await fetch(`http://127.0.0.1:${port}/livez`, { method: 'POST' })).status).toBe(405);
});

test('a taken port is told with host and port', async () => {
  const { port } = await start(allReady);

  const second = start(allReady, port);

  await expect(second).rejects.toThrow(PortInUseError);
  await expect(second).rejects.toMatchObject({ code: 'PORT_IN_USE', host: '127.0.0.1', port });
});
