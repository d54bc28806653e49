import base from './playwright.config.ts';
const { webServer, ...rest } = base;
void webServer;
export default { ...rest, timeout: 60_000, use: { ...base.use, baseURL: 'http://127.0.0.1:4189' } };
