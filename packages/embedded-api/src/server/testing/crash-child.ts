// Runs a server until it is killed; prints its address once it serves.
import { startApiServer } from '../../api-server.ts';

const server = await startApiServer({ dataDir: process.argv[2] ?? '', port: 0 });
process.stdout.write(`${JSON.stringify({ url: server.url, ca: server.ca, ...server.pki.admin })}\n`);
