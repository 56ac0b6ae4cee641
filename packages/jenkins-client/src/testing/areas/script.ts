import type { Area } from '../area.ts';
import { plain } from '../http.ts';

/** The script console. The fake server runs no Groovy: a function of the test answers what a script prints. */
export const scriptArea: Area = {
  routes: [
    {
      on: 'server',
      method: 'POST',
      path: 'scriptText',
      handle: ({ world, request, user }) => {
        user.need('hudson.model.Hudson.Administer');
        return plain(world.options.script(request.parameter('script') ?? ''));
      },
    },
  ],
};
