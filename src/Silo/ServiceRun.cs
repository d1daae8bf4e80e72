using System.Net.Sockets;
using System.Reflection;
using EdgeOrleans.Silo.Configuration;
using EdgeOrleans.Silo.Hosting;
using EdgeOrleans.Silo.Log;
using Microsoft.AspNetCore.Connections;

namespace EdgeOrleans.Silo;

/// <summary>The life of the process between a valid configuration and its exit code.</summary>
internal static partial class ServiceRun
{
    /// <summary>How long a device's stop may take: systemd and containers kill what takes much longer.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(4.2);

    /// <summary>A member of a cluster says that it goes before it goes, and hands its collections over.</summary>
    private static readonly TimeSpan MemberStopLimit = TimeSpan.FromSeconds(20);

    /// <summary>The version of the service, without the commit that the build appends.</summary>
    public static string Version { get; } =
        typeof(ServiceRun).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    /// <summary>Whether the start is over.</summary>
    public static bool HasStarted { get; private set; }

    /// <summary>Starts, says so in one line, and runs until a signal.</summary>
    /// <exception cref="StartFault">The web server does not start.</exception>
    public static async Task<ExitCode> Run(WebApplication app, ServiceOptions options)
    {
        var lines = app.Services.GetRequiredService<LineLog>();
        var log = lines.CreateLogger("EdgeOrleans");
        foreach (var warning in options.Warnings)
        {
            LogWarning(log, warning);
        }

        var stopLimit = options.Cluster is null ? StopLimit : MemberStopLimit;
        var order = app.Services.GetRequiredService<ServerOrder>();
        try
        {
            await app.StartAsync();
        }
        catch (Exception e) when (app.Lifetime.ApplicationStopping.IsCancellationRequested && e is OperationCanceledException or OrleansLifecycleCanceledException)
        {
            await Close(app, log, stopLimit);
            return ExitCode.Stopped;
        }
        catch (Exception e) when (order.OnlyServerIsLeft)
        {
            var where = options.UsesKestrelEndpoints ? "the addresses of Kestrel:Endpoints" : options.Api.Listen;
            throw ListenFault(e, where, IsAddressFault(e) ? ExitCode.AddressUnavailable : ExitCode.Configuration);
        }
        catch (Exception e) when ((options.Gateway is not null || options.Cluster is not null) && IsAddressFault(e))
        {
            throw ListenFault(e, string.Join(" or ", SiloAddresses(options)), ExitCode.AddressUnavailable);
        }
        catch (Exception e) when (options.Cluster is not null && e is (OrleansException or TimeoutException))
        {
            throw new StartFault(ExitCode.ClusterUnusable, $"Cannot join cluster '{options.Cluster!.Id}': {e.GetBaseException().Message.ReplaceLineEndings(" ")}");
        }

        HasStarted = true;
        var started = $"EdgeOrleans {Version} listens on {string.Join(", ", app.Urls)} and keeps its data in {options.DataPlace}";
        if (options.LogsJson)
        {
            LogStarted(log, started);
        }
        else
        {
            lines.Write(started);
        }

        await Stopped(app, log, stopLimit);
        return ExitCode.Stopped;
    }

    private static IEnumerable<string> SiloAddresses(ServiceOptions options)
    {
        if (options.Gateway is { } gateway)
        {
            yield return $"{gateway} ({OptionTable.GatewayPort.Name})";
        }

        if (options.Cluster is { } cluster)
        {
            yield return $"{cluster.Endpoint} ({OptionTable.ClusterPort.Name})";
        }
    }

    private static StartFault ListenFault(Exception e, string where, ExitCode code) =>
        new(code, $"Cannot listen on {where}: {e.GetBaseException().Message.ReplaceLineEndings(" ")}");

    private static bool IsAddressFault(Exception? e) =>
        e is AddressInUseException or SocketException || (e is not null && IsAddressFault(e.InnerException));

    private static async Task Stopped(WebApplication app, ILogger log, TimeSpan stopLimit)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = app.Lifetime.ApplicationStopping.Register(asked.SetResult);
        await asked.Task;
        await Close(app, log, stopLimit);
    }

    private static async Task Close(WebApplication app, ILogger log, TimeSpan stopLimit)
    {
        // All that was acknowledged is on flash already, so leaving late is worse than leaving untidily.
        using var limit = new Timer(static _ => Environment.Exit((int)ExitCode.Stopped), null, stopLimit, Timeout.InfiniteTimeSpan);
        try
        {
            // What was asked to stop during its start did so by itself, and Orleans takes a second word for a fault.
            if (HasStarted)
            {
                using var bounded = new CancellationTokenSource(stopLimit);
                await app.StopAsync(bounded.Token);
            }

            // The journal's closing frame; within the same limit.
            await app.DisposeAsync();
        }
        catch (Exception e) when (e is OperationCanceledException or AggregateException)
        {
            LogUntidyStop(log, e);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "{Text}")]
    private static partial void LogWarning(ILogger log, string text);

    [LoggerMessage(3, LogLevel.Information, "{Text}")]
    private static partial void LogStarted(ILogger log, string text);

    [LoggerMessage(2, LogLevel.Warning, "Not everything stopped in time; what was acknowledged is safe.")]
    private static partial void LogUntidyStop(ILogger log, Exception exception);
}
