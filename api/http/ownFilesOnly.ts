/** Content security policy of what is no page: a browser that shows it all the same loads nothing, inside no other page. */
export const NOTHING_AT_ALL = {
  defaultSrc: ["'none'"],
  objectSrc: ["'none'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
};

/** Of a page of ours: what it needs comes from here. */
export const OWN_FILES_ONLY = {
  ...NOTHING_AT_ALL,
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  connectSrc: ["'self'"],
};
