using Microsoft.AspNetCore.Http;

namespace EdgeOrleans.Api;

/// <summary>One code of the wire with the status it goes with. All there are stand here.</summary>
internal sealed class ErrorKind
{
    private ErrorKind(int status, string code, string? retryAfter = null)
    {
        Status = status;
        Code = code;
        RetryAfter = retryAfter;
    }

    public static ErrorKind KeyNotFound { get; } = new(StatusCodes.Status404NotFound, "KEY_NOT_FOUND");

    public static ErrorKind DeviceNotFound { get; } = new(StatusCodes.Status404NotFound, "DEVICE_NOT_FOUND");

    public static ErrorKind InvalidParams { get; } = new(StatusCodes.Status400BadRequest, "INVALID_PARAMS");

    public static ErrorKind InvalidBody { get; } = new(StatusCodes.Status400BadRequest, "INVALID_BODY");

    public static ErrorKind BatchSizeExceeded { get; } = new(StatusCodes.Status400BadRequest, "BATCH_SIZE_EXCEEDED");

    public static ErrorKind ValueTooLarge { get; } = new(StatusCodes.Status413PayloadTooLarge, "VALUE_TOO_LARGE");

    public static ErrorKind BodyTooLarge { get; } = new(StatusCodes.Status413PayloadTooLarge, "BODY_TOO_LARGE");

    public static ErrorKind CollectionFull { get; } = new(StatusCodes.Status413PayloadTooLarge, "COLLECTION_FULL");

    /// <summary>The storage behind the journal is away: seconds will rarely mend it, so clients need not hurry.</summary>
    public static ErrorKind BacklogFull { get; } = new(StatusCodes.Status503ServiceUnavailable, "BACKLOG_FULL", "5");

    public static ErrorKind InsufficientStorage { get; } = new(StatusCodes.Status507InsufficientStorage, "INSUFFICIENT_STORAGE");

    public static ErrorKind LimitReached { get; } = new(StatusCodes.Status507InsufficientStorage, "LIMIT_REACHED");

    public static ErrorKind PreconditionFailed { get; } = new(StatusCodes.Status412PreconditionFailed, "PRECONDITION_FAILED");

    public static ErrorKind BatchRefused { get; } = new(StatusCodes.Status409Conflict, "BATCH_REFUSED");

    public static ErrorKind ForbiddenOrigin { get; } = new(StatusCodes.Status403Forbidden, "FORBIDDEN_ORIGIN");

    public static ErrorKind ForbiddenHost { get; } = new(StatusCodes.Status403Forbidden, "FORBIDDEN_HOST");

    public static ErrorKind Unauthorized { get; } = new(StatusCodes.Status401Unauthorized, "UNAUTHORIZED");

    public static ErrorKind Timeout { get; } = new(StatusCodes.Status504GatewayTimeout, "TIMEOUT");

    /// <summary>The client was too slow: its request never reached a collection.</summary>
    public static ErrorKind RequestTimeout { get; } = new(StatusCodes.Status408RequestTimeout, "TIMEOUT");

    public static ErrorKind Unavailable { get; } = new(StatusCodes.Status503ServiceUnavailable, "UNAVAILABLE", "1");

    public static ErrorKind Internal { get; } = new(StatusCodes.Status500InternalServerError, "INTERNAL_ERROR");

    public static ErrorKind NotFound { get; } = new(StatusCodes.Status404NotFound, "NOT_FOUND");

    public static ErrorKind MethodNotAllowed { get; } = new(StatusCodes.Status405MethodNotAllowed, "METHOD_NOT_ALLOWED");

    /// <summary>The HTTP status.</summary>
    public int Status { get; }

    /// <summary>The code for programs.</summary>
    public string Code { get; }

    /// <summary>Seconds after which to try again, as the header has it; only with 503.</summary>
    public string? RetryAfter { get; }

    /// <summary>What a grain's refusal is on the wire.</summary>
    public static ErrorKind Of(RefusalCode code) => code switch
    {
        RefusalCode.InvalidParams => InvalidParams,
        RefusalCode.InvalidBody => InvalidBody,
        RefusalCode.BatchSizeExceeded => BatchSizeExceeded,
        RefusalCode.ValueTooLarge => ValueTooLarge,
        RefusalCode.CollectionFull => CollectionFull,
        RefusalCode.BacklogFull => BacklogFull,
        RefusalCode.InsufficientStorage => InsufficientStorage,
        RefusalCode.LimitReached => LimitReached,
        RefusalCode.PreconditionFailed => PreconditionFailed,
        RefusalCode.BatchRefused => BatchRefused,
        RefusalCode.Timeout => Timeout,
        RefusalCode.Unavailable or RefusalCode.Overtaken => Unavailable,
        _ => Internal,
    };
}
