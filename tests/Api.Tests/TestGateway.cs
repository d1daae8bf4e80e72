using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

[assembly: AssemblyFixture(typeof(EdgeOrleans.Api.Tests.SharedGateway))]

namespace EdgeOrleans.Api.Tests;

/// <summary>A real Kestrel on a free port with the real gateway, and behind it a silo of test grains.</summary>
public sealed class TestGateway : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestGateway(WebApplication app, TestStore store, TestStatus status, TestLocal local, TestLog log)
    {
        _app = app;
        Store = store;
        Status = status;
        Local = local;
        Log = log;
        Address = new Uri(app.Urls.First());
        Http = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(30) };
    }

    public TestStore Store { get; }

    public TestStatus Status { get; }

    public TestLocal Local { get; }

    public TestLog Log { get; }

    public Uri Address { get; }

    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    /// <param name="options">The gateway's options.</param>
    /// <param name="configure">What else the server is told, after the gateway has told it its own.</param>
    public static async Task<TestGateway> Start(ApiOptions? options = null, Action<KestrelServerOptions>? configure = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        var store = new TestStore();
        var status = new TestStatus();
        var local = new TestLocal();
        var log = new TestLog();
        builder.Logging.AddProvider(log).SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton(store);
        builder.Services.AddSingleton<IServiceStatus>(status);
        builder.Services.AddSingleton<ISyncStatus>(status);
        builder.Services.AddSingleton<IClusterMember>(status);
        builder.Services.AddSingleton<ILocalCollections>(local);
        builder.Services.AddSingleton<IMetricsText, TestMetrics>();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddEdgeOrleansApi(options ?? Options());
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(configure ?? (_ => { }));
        builder.UseOrleans(silo => silo.UseLocalhostClustering(FreePort(), gatewayPort: 0));
        var app = builder.Build();
        app.UseEdgeOrleansApi();
        await app.StartAsync();
        return new(app, store, status, local, log);
    }

    internal RequestBytes Bytes => Services.GetRequiredService<RequestBytes>();

    public Task<RawConnection> Connect() => RawConnection.Open(Address);

    /// <summary>Sends one request on a connection of its own, its target just as it is written.</summary>
    public async Task<RawResponse> Send(string method, string target, string? body = null, string headers = "", string host = "localhost")
    {
        await using var connection = await Connect();
        var bytes = Encoding.UTF8.GetBytes(body ?? "");
        var length = body is null ? "" : $"Content-Length: {bytes.Length}\r\n";
        await connection.Send($"{method} {target} HTTP/1.1\r\nHost: {host}\r\n{headers}{length}\r\n");
        await connection.Send(bytes);
        return await connection.Read(method == "HEAD");
    }

    /// <summary>Waits until no request holds bytes any more.</summary>
    public async Task AssertNothingInFlight()
    {
        for (var i = 0; i < 400 && Bytes.InFlight != 0; i++)
        {
            await Task.Delay(25);
        }

        Assert.Equal(0, Bytes.InFlight);
    }

    /// <summary>The defaults on a port that the system chooses.</summary>
    public static ApiOptions Options() => new() { Listen = "http://127.0.0.1:0" };

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>One gateway with the default options for all tests that need no other; each test has a namespace of its own.</summary>
public sealed class SharedGateway : IAsyncLifetime
{
    public TestGateway Gateway { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Gateway = await TestGateway.Start();

    public ValueTask DisposeAsync() => Gateway.DisposeAsync();
}

public sealed class TestStatus : IServiceStatus, ISyncStatus, IClusterMember
{
    public string? Isolation { get; set; }

    public bool IsInDoubt { get; set; }

    public string? WriteFault { get; set; }

    public bool IsMemoryShort { get; set; }

    public long RequestMemoryBytes { get; set; } = long.MaxValue;

    public ValueTask<bool> MakeRoom(long bytes, CancellationToken ct) => new(!IsMemoryShort);

    public IReadOnlyList<string> Warnings { get; set; } = [];

    public IReadOnlyList<SyncTarget> Targets { get; set; } = [];

    public Task<IReadOnlyList<SyncTarget>> Read(CancellationToken ct) => Task.FromResult(Targets);

    public IReadOnlyList<ReadinessCheck> Checks { get; set; } = [];

    public StartRecovery Recovery { get; set; } = new()
    {
        StartedAt = DateTimeOffset.UnixEpoch,
        IsFresh = true,
        Segments = 0,
        Frames = 0,
        Records = 0,
        TornTail = null,
        Damage = [],
        ClockFloor = null,
        IsClockAtFloor = false,
        Steps = [],
    };
}

public sealed class TestMetrics : IMetricsText
{
    public void Write(IBufferWriter<byte> to) => Encoding.UTF8.GetBytes("up 1\n", to);
}
