/** The path under which all routes of this API version are mounted. */
export const API_PREFIX = '/api/v1';
