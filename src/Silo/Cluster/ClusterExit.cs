namespace EdgeOrleans.Silo.Cluster;

/// <summary>
/// Ends a process that is no member any more: at once, because others serve its collections already. Orleans' own handler waits two
/// seconds and aborts.
/// </summary>
internal sealed partial class ClusterExit(ILogger<ClusterExit> logger) : IFatalErrorHandler
{
    /// <inheritdoc/>
    public bool IsUnexpected(Exception exception) => exception is not OperationCanceledException;

    /// <inheritdoc/>
    public void OnFatalException(object? sender, string? context, Exception? exception)
    {
        LogLeft(logger, context, exception);
        Environment.Exit((int)ExitCode.ClusterLeft);
    }

    [LoggerMessage(1, LogLevel.Critical, "The cluster goes on without this member, which ends: {Context}")]
    private static partial void LogLeft(ILogger logger, string? context, Exception? exception);
}
