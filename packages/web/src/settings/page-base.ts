/** Where this page is: the address of the deployment, which may be below a path that a proxy in front of it adds. */

/** With a slash at its end. */
export const pageBase = (): string => new URL('.', document.baseURI).href;
