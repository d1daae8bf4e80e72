using System.Globalization;

namespace EdgeOrleans.Silo.Configuration;

/// <summary>What systemd tells a service of <c>Type=notify</c> through its environment.</summary>
/// <param name="NotifySocket">Where it listens for the service's state; <see langword="null"/> when it does not.</param>
/// <param name="Watchdog">How often it must hear from the service; <see langword="null"/> when it need not.</param>
internal sealed record SystemdVariables(string? NotifySocket, TimeSpan? Watchdog)
{
    private const string SocketVariable = "NOTIFY_SOCKET";
    private const string WatchdogVariable = "WATCHDOG_USEC";
    private const string ProcessVariable = "WATCHDOG_PID";

    /// <summary>Reads them. One that makes no sense is as good as none: they are not the operator's.</summary>
    public static SystemdVariables Read(IConfiguration configuration)
    {
        // Children inherit the variables and are not meant.
        var isMeant = configuration[ProcessVariable] is not { Length: > 0 } id
            || id == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        return new SystemdVariables(
            configuration[SocketVariable] is ['/' or '@', _, ..] and var socket ? socket : null,
            isMeant && long.TryParse(configuration[WatchdogVariable], NumberStyles.None, CultureInfo.InvariantCulture, out var micros) && micros > 0
                ? TimeSpan.FromMicroseconds(micros)
                : null);
    }
}
