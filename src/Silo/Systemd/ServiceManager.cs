using EdgeOrleans.Journal;
using EdgeOrleans.Silo.Configuration;

namespace EdgeOrleans.Silo.Systemd;

/// <summary>What systemd is told of this process, and what that is judged by. There is none where nobody asked for it.</summary>
internal sealed class ServiceManager : IDisposable
{
    private ServiceManager(string socket, TimeSpan? watchdog)
    {
        Socket = new NotifySocket(socket);
        Watchdog = watchdog;
    }

    public NotifySocket Socket { get; }

    /// <summary>How often it must hear that the service lives.</summary>
    public TimeSpan? Watchdog { get; }

    /// <summary>What the journal's disk does.</summary>
    public DiskActivity Activity { get; } = new();

    /// <summary>The one that started this process.</summary>
    public static ServiceManager? Of(ServiceOptions options) =>
        options.Systemd.NotifySocket is { } socket ? new ServiceManager(socket, options.Systemd.Watchdog) : null;

    /// <summary>The disk, seen.</summary>
    public IDisk Observe(IDisk disk) => new ObservedDisk(disk, Activity);

    /// <summary>Asks for time until what is returned is disposed of.</summary>
    public StartExtension ExtendStart() => new(Socket, Activity);

    public void Dispose() => Socket.Dispose();
}
