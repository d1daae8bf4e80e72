using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeOrleans.Api.Tests;

/// <summary>A real Kestrel on a free port with the real gateway, and behind it a silo of test grains.</summary>
public sealed class TestGateway : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestGateway(WebApplication app, TestStore store, TestStatus status, TestLog log)
    {
        _app = app;
        Store = store;
        Status = status;
        Log = log;
        Address = new Uri(app.Urls.First());
        Http = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(30) };
    }

    public TestStore Store { get; }

    public TestStatus Status { get; }

    public TestLog Log { get; }

    public Uri Address { get; }

    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<TestGateway> Start(ApiOptions? options = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        var store = new TestStore();
        var status = new TestStatus();
        var log = new TestLog();
        builder.Logging.AddProvider(log).SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton(store);
        builder.Services.AddSingleton<IServiceStatus>(status);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddEdgeOrleansApi(options ?? Options());
        builder.UseOrleans(silo => silo.UseLocalhostClustering(FreePort(), gatewayPort: 0));
        var app = builder.Build();
        app.UseEdgeOrleansApi();
        await app.StartAsync();
        return new(app, store, status, log);
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

public sealed class TestStatus : IServiceStatus
{
    public string? WriteFault { get; set; }

    public IReadOnlyList<string> Warnings { get; set; } = [];
}
