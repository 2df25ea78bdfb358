import { z } from 'zod';
import { ACTIVATION_REQUEST } from '../../sites/index.js';

/** Defined by the protocol (sites/file/activationFile.ts). */
export const activationRequest = ACTIVATION_REQUEST.meta({ id: 'ActivationRequest' });

export const activationResponse = z
  .strictObject({
    version: z.literal(1),
    body: z.string().meta({ description: "The answer's bytes in base64url" }),
    signature: z.string().meta({ description: 'A detached JWS over them, by the key of `GET /v1/site/answer-key`' }),
  })
  .meta({ id: 'ActivationResponse' });

export const answerKey = z
  .strictObject({
    keyId: z.string().meta({ description: 'The `kid` of answers' }),
    publicKey: z.string().meta({ description: 'Ed25519, 32 bytes in base64url' }),
  })
  .meta({ id: 'AnswerKey' });
