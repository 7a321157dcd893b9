/** Where all routes of this version of the API are mounted. */
export const API_PREFIX = '/api/v1';
