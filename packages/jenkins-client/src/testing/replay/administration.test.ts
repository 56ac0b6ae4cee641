import { makeProbes, makeTeam } from './scenery.ts';
import { replaySession } from './session.ts';
import type { Stage } from './stage.ts';

async function setUp(stage: Stage): Promise<void> {
  await makeProbes(stage);
  await makeTeam(stage);
  await stage.create('', 'team-xml', 'com.cloudbees.hudson.plugins.folder.Folder');
}

replaySession({ title: 'credentials', names: ['05-cred'], setUp });

replaySession({
  title: 'nodes, views, users, plugins and configuration as code',
  names: ['06-sys'],
  options: { plugins: { sse: true }, script: () => '{"v":"2.516.2"}\n' },
  setUp,
});
