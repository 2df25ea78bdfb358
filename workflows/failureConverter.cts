import common = require('@temporalio/common');

/**
 * Messages and stacks of failures go through the payload codec too. Temporal loads this file by its path, with `require`, in
 * workflows and outside.
 */
export = { failureConverter: new common.DefaultFailureConverter({ encodeCommonAttributes: true }) };
