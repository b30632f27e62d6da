import { expect, test } from '@jest/globals';
import { guideBlocks } from './guide-blocks.ts';

const PAGE = `
1. Do this:

   \`\`\`sh
   echo one \\
     two
   \`\`\`

   <!-- npm start prints -->

   \`\`\`output
   got it
   \`\`\`

Look at it.

Repeat this until
it is there:

<!-- repeat -->

\`\`\`sh
cat file
\`\`\`

\`\`\`output
text
\`\`\`

\`\`\`json
{}
\`\`\`

<!-- not run: a reason -->

\`\`\`sh
sudo rm
\`\`\`
`;

test('the commands of a page, with what they print and how they are to be run', () => {
  const plain = { output: '', printedByStart: '', isRepeated: false, notRunBecause: undefined };
  expect(guideBlocks(PAGE)).toEqual([
    { ...plain, line: 5, lead: '1. Do this:', script: 'echo one \\\n  two', printedByStart: 'got it' },
    {
      ...plain,
      line: 23,
      lead: 'Repeat this until\nit is there:',
      script: 'cat file',
      output: 'text',
      isRepeated: true,
    },
    { ...plain, line: 37, lead: '', script: 'sudo rm', notRunBecause: 'a reason' },
  ]);
});

test('a block without an end is an error', () => expect(() => guideBlocks('```sh\nls')).toThrow('has no end'));
