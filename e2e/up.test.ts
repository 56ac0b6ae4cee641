/** How `armillary` behaves at the edges: bad flags, taken ports and folders, a newer data folder, stopping. */
import { createServer } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { armillary, startArmillary, temporaryFolder } from './testing/armillary.ts';
import { runProgram, type Finished } from './testing/process.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(async () => await folder.remove());

async function run(...args: string[]): Promise<Finished> {
  return await runProgram(process.execPath, [armillary, ...args]);
}
const freePorts = ['--port', '0', '--api-port', '0', '--notification-port', '0'];

describe('the command line', () => {
  test('prints its version and help', async () => {
    expect((await run('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    const help = await run('up', '--help');
    expect(help.code).toBe(0);
    expect(help.stdout).toContain('--api-port');
  });

  test.each([
    [['up', '--nonsense'], /unknown option '--nonsense'/],
    [['up', '--api-port', '70000'], /0 \(pick a free one\) to 65535/],
    [['up', '--node-lb', 'sometimes'], /plan, apply/],
    [['up', '--jenkins-url', 'http://x'], /needs --jenkins-url, --jenkins-user and --jenkins-token-file/],
    [['up', '--default-engine', 'jenkins'], /--default-engine jenkins needs --jenkins-url/],
    [['fly'], /unknown command 'fly'/],
  ])('refuses %j with exit code 2', async (args, message) => {
    const result = await run(...args);
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(message);
  });
});

describe('up', () => {
  test('refuses a second instance on the same folder, and stops with exit code 0', async () => {
    const data = `${folder.path}/shared`;
    const first = await startArmillary(['up', '--data', data, ...freePorts]);
    const second = await run('up', '--data', data, ...freePorts);
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(/in use by another process/);
    expect(await first.stop()).toBe(0);
  });

  test('names a port that is taken', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    const result = await run('up', '--data', `${folder.path}/port`, ...freePorts, '--api-port', String(port));
    taken.close();
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(new RegExp(`port ${port} on 127\\.0\\.0\\.1 is taken`));
  });

  test('refuses a data folder from a newer version and leaves it as it is', async () => {
    const data = `${folder.path}/newer`;
    const first = await startArmillary(['api', '--data', data, '--port', '0']);
    await first.stop();
    const file = `${data}/objects.db`;
    const database = new DatabaseSync(file);
    database.exec('PRAGMA user_version = 9999');
    database.close();
    const result = await run('up', '--data', data, ...freePorts);
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/newer/);
  });
});
