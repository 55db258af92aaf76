import { AppError, Code } from '@reelmesh/domain';
import { ConfigError, PortInUseError } from '@reelmesh/service';

/** Any error as the CLI's own: total, as AppError.from, and it knows the errors of the process kit. */
export function cliError(error: unknown): AppError {
  if (error instanceof ConfigError) {
    return new AppError(Code.INVALID_ARGUMENT, error.message, { reason: 'CONFIG_INVALID', cause: error });
  }
  if (error instanceof PortInUseError) {
    return new AppError(Code.UNAVAILABLE, error.message, { reason: 'PORT_IN_USE', cause: error });
  }
  if (error instanceof AggregateError) return cliError(error.errors[0]);
  return AppError.from(error);
}
