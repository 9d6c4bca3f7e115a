import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // The policy of the console forbids data: addresses in scripts and styles.
    assetsInlineLimit: 0,
    // One small sheet, so that no page lacks the styles of a component that another brought along.
    cssCodeSplit: false,
    chunkSizeWarningLimit: 800,
  },
});
