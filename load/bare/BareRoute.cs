using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace EdgeOrleans.Load.Bare;

/// <summary>
/// The ceiling: a web server with nothing behind it, which answers every request with the bytes that the service answers for one key.
/// </summary>
internal static class BareRoute
{
    private static readonly byte[] Entry = System.Text.Encoding.ASCII.GetBytes(
        $$"""{"message":"Successfully","namespace":"default","collection":"load","key":"get","value":"{{new string('x', 98)}}","timestamp":"2026-01-01T00:00:00.000000Z"}""");

    /// <summary>Listens at the one address that it is given.</summary>
    public static Task Main(string[] args)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.ConfigureEndpointDefaults(static endpoint => endpoint.Protocols = HttpProtocols.Http1);
        });
        var app = builder.Build();
        app.Urls.Add(args[0]);
        app.Run(Answer);
        return app.RunAsync();
    }

    private static async Task Answer(HttpContext context)
    {
        if (HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status201Created;
            await context.Request.Body.CopyToAsync(Stream.Null);
        }

        context.Response.ContentType = "application/json";
        context.Response.ContentLength = Entry.Length;
        await context.Response.BodyWriter.WriteAsync(Entry);
    }
}
