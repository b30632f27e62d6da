/** The receivers of the guide "Receiving webhooks", as the tests run them. Each is loaded when it is shown. */
export const RECEIVERS = [
  {
    value: 'typescript',
    name: 'TypeScript',
    file: 'receiver.ts',
    load: async () => (await import('@receivers/typescript/receiver.ts?raw')).default,
  },
  {
    value: 'python',
    name: 'Python',
    file: 'receiver.py',
    load: async () => (await import('@receivers/python/receiver.py?raw')).default,
  },
  {
    value: 'go',
    name: 'Go',
    file: 'receiver.go',
    load: async () => (await import('@receivers/go/receiver.go?raw')).default,
  },
  {
    value: 'java',
    name: 'Java',
    file: 'Receiver.java',
    load: async () => (await import('@receivers/java/Receiver.java?raw')).default,
  },
  {
    value: 'php',
    name: 'PHP',
    file: 'receiver.php',
    load: async () => (await import('@receivers/php/receiver.php?raw')).default,
  },
  {
    value: 'ruby',
    name: 'Ruby',
    file: 'receiver.rb',
    load: async () => (await import('@receivers/ruby/receiver.rb?raw')).default,
  },
] as const;
