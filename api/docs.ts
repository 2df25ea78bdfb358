import express, { Router } from 'express';
import helmet from 'helmet';
import absolutePath from 'swagger-ui-dist/absolute-path.js';
import { OWN_FILES_ONLY } from './http/ownFilesOnly.js';

const ASSETS = absolutePath();

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Kontor API</title>
    <link rel="stylesheet" href="assets/swagger-ui.css" />
    <link rel="icon" type="image/png" href="assets/favicon-32x32.png" />
  </head>
  <body>
    <div id="docs"></div>
    <script src="assets/swagger-ui-bundle.js"></script>
    <script src="start.js"></script>
  </body>
</html>
`;

const START = `window.SwaggerUIBundle({
  url: '../openapi.json', dom_id: '#docs', deepLinking: true, validatorUrl: null, defaultModelsExpandDepth: 0,
});
`;

/** The API's pages, served from the package: no other host is asked, and the policy would not let it be. */
export function docs(): Router {
  const router = Router({ strict: true });
  router.use(
    helmet.contentSecurityPolicy({
      useDefaults: false,
      directives: {
        ...OWN_FILES_ONLY,
        // Swagger UI writes style attributes and has its icons as data URLs in them.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
      },
    }),
  );
  router.get('/', (req, res) => {
    // Its addresses are relative to the folder.
    if (!req.originalUrl.split('?', 1)[0]?.endsWith('/')) res.redirect(301, `${req.baseUrl}/`);
    else res.type('html').send(PAGE);
  });
  router.get('/start.js', (_req, res) => {
    res.type('js').send(START);
  });
  router.use('/assets', express.static(ASSETS, { index: false, maxAge: '1d', dotfiles: 'deny' }));
  return router;
}
