/** Content security policy of a page of ours: what it needs comes from here, and nobody shows it inside a page of theirs. */
export const OWN_FILES_ONLY = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  connectSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
};
