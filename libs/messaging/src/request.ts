import { AppError, Code } from '@reelmesh/domain';
import type { MethodDefinition } from './rpc.ts';

/** INVALID_ARGUMENT (REQUEST_UNDECODABLE) when the bytes are no request of the method. */
export function decodeRequest(method: MethodDefinition, data: Uint8Array): unknown {
  try {
    return method.requestType.decode(data);
  } catch (cause) {
    throw new AppError(Code.INVALID_ARGUMENT, `${method.name}: the request cannot be decoded`, {
      reason: 'REQUEST_UNDECODABLE',
      cause,
    });
  }
}
