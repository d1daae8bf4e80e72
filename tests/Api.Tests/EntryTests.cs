using System.Net;

namespace EdgeOrleans.Api.Tests;

public sealed class EntryTests : IAsyncLifetime
{
    private TestGateway _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await TestGateway.Start();

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task Set_then_get_then_delete_answers_as_the_wire_says()
    {
        var set = await _gateway.Http.PostAsync("/api/v1/kv/app/users/anna", new StringContent("{\"value\":{\"age\": 41}}"));
        Assert.Equal(HttpStatusCode.Created, set.StatusCode);
        var get = await _gateway.Http.GetAsync("/api/v1/kv/app/users/anna");
        Assert.Equal(HttpStatusCode.OK, get.StatusCode);
        Assert.Contains("\"value\":{\"age\": 41},", await get.Content.ReadAsStringAsync());
        var delete = await _gateway.Http.DeleteAsync("/api/v1/kv/app/users/anna");
        Assert.Equal(HttpStatusCode.OK, delete.StatusCode);
        var gone = await _gateway.Http.GetAsync("/api/v1/kv/app/users/anna");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }
}
