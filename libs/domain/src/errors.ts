/** The canonical gRPC codes: the one error vocabulary of the whole system. */
export const Code = {
  CANCELLED: 'CANCELLED',
  UNKNOWN: 'UNKNOWN',
  INVALID_ARGUMENT: 'INVALID_ARGUMENT',
  DEADLINE_EXCEEDED: 'DEADLINE_EXCEEDED',
  NOT_FOUND: 'NOT_FOUND',
  ALREADY_EXISTS: 'ALREADY_EXISTS',
  PERMISSION_DENIED: 'PERMISSION_DENIED',
  RESOURCE_EXHAUSTED: 'RESOURCE_EXHAUSTED',
  FAILED_PRECONDITION: 'FAILED_PRECONDITION',
  ABORTED: 'ABORTED',
  OUT_OF_RANGE: 'OUT_OF_RANGE',
  UNIMPLEMENTED: 'UNIMPLEMENTED',
  INTERNAL: 'INTERNAL',
  UNAVAILABLE: 'UNAVAILABLE',
  DATA_LOSS: 'DATA_LOSS',
  UNAUTHENTICATED: 'UNAUTHENTICATED',
} as const;
export type Code = (typeof Code)[keyof typeof Code];

export interface AppErrorOptions {
  /** Stable, upper case, at most 63 characters: `SCRIPT_EMPTY`. Tools branch on it; the message is for people. */
  readonly reason?: string;
  /** Whether the same call may succeed later. Decided where the cause is known. */
  readonly retryable?: boolean;
  readonly retryAfterMs?: number;
  /** Short facts for machines (field, limit, path); never secrets. */
  readonly details?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/**
 * The only error that crosses a boundary. The message says what and which, lower case, no full stop.
 */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: Code;
  readonly reason: string;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly details: Readonly<Record<string, string>>;

  constructor(code: Code, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.reason = options.reason ?? code;
    this.retryable = options.retryable ?? code === Code.UNAVAILABLE;
    this.retryAfterMs = options.retryAfterMs;
    this.details = options.details ?? {};
  }

  /**
   * Total:
   * - an AppError comes back as it is
   * - an AbortError is CANCELLED, a TimeoutError is DEADLINE_EXCEEDED (retryable)
   * - a system error for lack of room (ENOSPC, EDQUOT) is RESOURCE_EXHAUSTED, reason DISK_FULL
   * - any other Error is INTERNAL with the error as cause
   * - anything else is UNKNOWN with its string as message
   */
  static from(value: unknown): AppError {
    if (value instanceof AppError) return value;
    if (value instanceof Error) {
      if (value.name === 'AbortError') return new AppError(Code.CANCELLED, value.message, { cause: value });
      if (value.name === 'TimeoutError') {
        return new AppError(Code.DEADLINE_EXCEEDED, value.message, { retryable: true, cause: value });
      }
      const system = (value as { code?: unknown }).code;
      if (system === 'ENOSPC' || system === 'EDQUOT') {
        return new AppError(Code.RESOURCE_EXHAUSTED, `no room left on the disk: ${value.message}`, {
          reason: 'DISK_FULL',
          retryable: true,
          cause: value,
        });
      }
      return new AppError(Code.INTERNAL, value.message, { cause: value });
    }
    return new AppError(Code.UNKNOWN, String(value));
  }
}

/** Short for the commonest case: a caller's mistake that the message explains. */
export function invalid(
  reason: string,
  message: string,
  details?: Readonly<Record<string, string>>,
): AppError {
  return new AppError(
    Code.INVALID_ARGUMENT,
    message,
    details === undefined ? { reason } : { reason, details },
  );
}
