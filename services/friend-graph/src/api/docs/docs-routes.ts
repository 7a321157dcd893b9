/** Routes of the API's documents and their pages, under `/api/docs`. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { type RequestHandler, Router } from 'express';
import helmet from 'helmet';
import { nameRoute } from '../log-requests.ts';
import { respondMethodNotAllowed } from '../problem.ts';
import type { Route } from '../route.ts';
import { asyncApiDocument } from './asyncapi.ts';
import { API_PAGE, DOCS_PATH, eventsPage, START_SCRIPT, STYLE } from './docs-pages.ts';
import { openApiDocument } from './openapi.ts';

/** The files of Swagger UI that the page needs. */
const SWAGGER_FILES = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];
/** The documents are public; caches refresh them within this time after a deploy. */
const CACHE_CONTROL = 'public, max-age=300';

/** Allows only resources and scripts of this origin and calls to this API; forbids framing. */
const contentSecurityPolicy = helmet.contentSecurityPolicy({
  useDefaults: false,
  directives: {
    'default-src': ["'none'"],
    'script-src': ["'self'"],
    'style-src': ["'self'"],
    'img-src': ["'self'", 'data:'],
    'connect-src': ["'self'"],
    'base-uri': ["'none'"],
    'form-action': ["'none'"],
    'frame-ancestors': ["'none'"],
  },
});

/** Mount it at {@link DOCS_PATH}. `publicUrl` is the address of the deployment in browsers; empty if it is not known. */
export function docsRouter(routes: readonly Route[], publicUrl: string): Router {
  const asyncApi = asyncApiDocument(publicUrl);
  const swaggerFolder = path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  // Strict: below one more slash, the references of a page would lead elsewhere.
  const router = Router({ strict: true });
  router.use(nameRoute(DOCS_PATH), contentSecurityPolicy, (_request, response, next) => {
    response.setHeader('Cache-Control', CACHE_CONTROL);
    next();
  });
  const serve = (address: string, type: string, text: string) => {
    const send: RequestHandler = (_request, response) => {
      response.type(type).send(text);
    };
    router.route(address).get(send).all(respondMethodNotAllowed('GET', 'HEAD'));
  };
  router.get('/', redirectToSlash);
  serve('/', 'html', API_PAGE);
  serve('/events', 'html', eventsPage(asyncApi));
  serve('/openapi.json', 'json', JSON.stringify(openApiDocument(routes, publicUrl)));
  serve('/asyncapi.json', 'json', JSON.stringify(asyncApi));
  serve('/assets/start.js', 'text/javascript', START_SCRIPT);
  serve('/assets/docs.css', 'css', STYLE);
  for (const file of SWAGGER_FILES) {
    const send: RequestHandler = (_request, response) => {
      response.sendFile(file, { root: swaggerFolder, cacheControl: false });
    };
    router.route(`/assets/${file}`).get(send).all(respondMethodNotAllowed('GET', 'HEAD'));
  }
  return router;
}

/** Relative, since only the browser knows the whole path. */
const redirectToSlash: RequestHandler = ({ originalUrl }, response, next) => {
  if (originalUrl.split('?', 1)[0]?.endsWith('/')) next();
  else response.redirect(308, `${path.basename(DOCS_PATH)}/`);
};
