import { AppError, Code } from '@reelmesh/domain';
import { ConfigError, PortInUseError } from '@reelmesh/service';

/** Any error as the CLI's own: total, as AppError.from, and it knows the errors of the process kit. */
export function cliError(error: unknown): AppError {
  if (error instanceof ConfigError) {
    return new AppError(Code.INVALID_ARGUMENT, error.message, { reason: 'CONFIG_INVALID', cause: error });
  }
  if (error instanceof PortInUseError) return portInUse(error, 'REELMESH_ADMIN__PORT');
  // The one other server that listens is the api.
  if (error instanceof AppError && error.reason === 'PORT_IN_USE')
    return portInUse(error, 'REELMESH_API__PORT');
  if (error instanceof AggregateError) return cliError(error.errors[0]);
  return AppError.from(error);
}

function portInUse(error: Error, variable: string): AppError {
  return new AppError(Code.UNAVAILABLE, `${error.message} with ${variable} (0: any)`, {
    reason: 'PORT_IN_USE',
    cause: error,
  });
}
