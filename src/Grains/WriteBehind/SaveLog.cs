using Microsoft.Extensions.Logging;

namespace EdgeOrleans.Grains.WriteBehind;

/// <summary>What is told of saves: when a storage begins to fail and when it is over, and not each try in between.</summary>
internal static partial class SaveLog
{
    /// <summary>Says of a failure what is new.</summary>
    public static void Failed(ILogger logger, SaveFault fault, string target, string key, string message)
    {
        if (fault == SaveFault.NewOfTarget)
        {
            Failing(logger, target, message);
        }
        else if (fault == SaveFault.NewOfCollection)
        {
            CollectionFailing(logger, CollectionText.Of(key), target, message);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Storage '{Target}' does not take saves; it is tried again until it does: {Fault}")]
    private static partial void Failing(ILogger logger, string target, string fault);

    [LoggerMessage(2, LogLevel.Warning, "Could not save {Collection} to '{Target}'; it is tried again until it is: {Fault}")]
    private static partial void CollectionFailing(ILogger logger, string collection, string target, string fault);

    [LoggerMessage(3, LogLevel.Information, "Storage '{Target}' takes saves again, after {Seconds} s")]
    public static partial void Working(ILogger logger, string target, long seconds);

    [LoggerMessage(4, LogLevel.Warning, "A collection is not saved: {Fault}")]
    public static partial void Ahead(ILogger logger, string fault);
}
