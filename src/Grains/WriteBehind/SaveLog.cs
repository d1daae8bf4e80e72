using Microsoft.Extensions.Logging;

namespace EdgeOrleans.Grains.WriteBehind;

/// <summary>What is told of saves: when a storage begins to fail and when it is over, and not each try in between.</summary>
internal static partial class SaveLog
{
    [LoggerMessage(1, LogLevel.Warning, "Storage '{Target}' does not take saves; it is tried again until it does: {Fault}")]
    public static partial void Failing(ILogger logger, string target, string fault);

    [LoggerMessage(2, LogLevel.Warning, "Could not save {Collection} to '{Target}'; it is tried again until it is: {Fault}")]
    public static partial void CollectionFailing(ILogger logger, string collection, string target, string fault);

    [LoggerMessage(3, LogLevel.Information, "Storage '{Target}' takes saves again, after {Seconds} s")]
    public static partial void Working(ILogger logger, string target, long seconds);

    [LoggerMessage(4, LogLevel.Warning, "A collection is not saved: {Fault}")]
    public static partial void Ahead(ILogger logger, string fault);
}
