import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import '@mantine/core/styles.css';
import './app/theme.css';
import { MantineProvider } from '@mantine/core';
import { createRoot } from 'react-dom/client';
import { Router } from 'wouter';
import { SessionProvider } from './app/session.tsx';
import { App } from './app/app.tsx';
import { theme, variables } from './app/theme.ts';
import { styleNonce } from './app/style-nonce.ts';
import { ToastProvider } from './ui/feedback/toasts.tsx';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto" getStyleNonce={styleNonce}>
    <Router base="/console">
      <ToastProvider>
        <SessionProvider>
          <App />
        </SessionProvider>
      </ToastProvider>
    </Router>
  </MantineProvider>,
);
