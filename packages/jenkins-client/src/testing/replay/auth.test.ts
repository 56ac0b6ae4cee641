import { replaySession } from './session.ts';

replaySession({ title: 'authentication and crumbs', names: ['01-auth'] });
