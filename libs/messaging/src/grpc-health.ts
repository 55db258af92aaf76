import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import type { Codec } from '@reelmesh/contracts';
import { AppError, Code } from '@reelmesh/domain';
import type { GrpcService } from './grpc-server.ts';
import type { Handlers } from './rpc.ts';

/** https://github.com/grpc/grpc/blob/master/doc/health-checking.md */
const SERVING = 1;
const NOT_SERVING = 2;
const SERVICE_UNKNOWN = 3;

interface HealthCheckRequest {
  readonly service: string;
}
interface HealthCheckResponse {
  readonly status: number;
}

const requestType: Codec<HealthCheckRequest> = {
  encode: (message, writer = new BinaryWriter()) => writer.uint32(10).string(message.service),
  decode(input) {
    const reader = input instanceof BinaryReader ? input : new BinaryReader(input);
    let service = '';
    while (reader.pos < reader.len) {
      const [field, wireType] = reader.tag();
      if (field === 1) service = reader.string();
      else reader.skip(wireType, field);
    }
    return { service };
  },
};

const responseType: Codec<HealthCheckResponse> = {
  encode: (message, writer = new BinaryWriter()) => writer.uint32(8).int32(message.status),
  decode(input) {
    const reader = input instanceof BinaryReader ? input : new BinaryReader(input);
    let status = 0;
    while (reader.pos < reader.len) {
      const [field, wireType] = reader.tag();
      if (field === 1) status = reader.int32();
      else reader.skip(wireType, field);
    }
    return { status };
  },
};

/** `grpc.health.v1.Health`, written out: the package for it reads .proto files at start and brings a grpc-js of its own. */
export const HealthDefinition = {
  name: 'Health',
  fullName: 'grpc.health.v1.Health',
  methods: {
    check: {
      name: 'Check',
      requestType,
      responseType,
      requestStream: false,
      responseStream: false,
      options: {},
    },
    watch: {
      name: 'Watch',
      requestType,
      responseType,
      requestStream: false,
      responseStream: true,
      options: {},
    },
  },
} as const;

export interface Health {
  readonly service: GrpcService;
  setServing(serving: boolean): void;
  /** Says NOT_SERVING and ends all watches. */
  end(): void;
}

/** All services, and the server as a whole (the empty name), share one status. */
export function createHealth(services: readonly string[]): Health {
  const known = new Set(['', ...services]);
  let status = SERVING;
  let ended = false;
  let changed = Promise.withResolvers<void>();

  const change = (to: number) => {
    status = to;
    changed.resolve();
    changed = Promise.withResolvers();
  };
  const handlers: Handlers<typeof HealthDefinition> = {
    async check({ service }) {
      if (known.has(service)) return { status };
      throw new AppError(Code.NOT_FOUND, `service ${service} is not served here`, {
        reason: 'SERVICE_UNKNOWN',
      });
    },
    async *watch({ service }) {
      while (!ended) {
        const next = changed.promise;
        yield { status: known.has(service) ? status : SERVICE_UNKNOWN };
        await next;
      }
    },
  };
  return {
    service: { definition: HealthDefinition, handlers },
    setServing: (serving) => change(serving ? SERVING : NOT_SERVING),
    end() {
      ended = true;
      change(NOT_SERVING);
    },
  };
}
