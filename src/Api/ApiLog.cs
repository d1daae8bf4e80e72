using Microsoft.Extensions.Logging;

namespace EdgeOrleans.Api;

internal static partial class ApiLog
{
    [LoggerMessage(1, LogLevel.Error, "A request failed: {Method} of route {Route}")]
    public static partial void RequestFailed(ILogger logger, Exception fault, string method, Route route);

    [LoggerMessage(2, LogLevel.Error, "A batch failed for one collection")]
    public static partial void BatchFailed(ILogger logger, Exception fault);
}
